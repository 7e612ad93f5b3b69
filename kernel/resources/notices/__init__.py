"""Notices: what a user is told under the bell, of the kinds that he has not switched off.

A notice is written in the transaction of what it tells. It holds no name of a record: that is read when the notice is shown,
with the rights that its reader has then; of a record that he does not see it says nothing.
"""
