"""Other ways to look at a list than lines, declared on its resource: a board, a calendar, a tree.

`declaration` says which there are; `boards`, `spans` and `trees` read them, behind both walls and the rules for fields;
`moving` says what somebody may move in them, `circles` what may not stand beneath what.
"""
