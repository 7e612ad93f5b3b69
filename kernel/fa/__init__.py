"""Persian, as pure functions: calendar, digits, text, order, identity numbers, phones, money.

Nothing here imports the rest of the kernel, keeps state, or speaks to a user. What is wrong with an input
is told by a code and its parameters (`kernel.fa.errors`); `kernel.i18n.messages.explain` turns them into
the user's words.
"""
