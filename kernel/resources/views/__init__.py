"""Other ways to look at a list than lines, declared on its resource: a board, a calendar.

`declaration` says which there are; `boards` and `spans` read them, behind both walls and the rules for fields;
`moving` says what somebody may move in them.
"""
