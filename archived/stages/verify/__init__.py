"""Verification of what was archived: media whose time has come, runs that people ask for, and reading them.

targets       what there is to examine, and what of it is known
ordering      a selection becomes a preview, or a run with its items
routine       policies whose time has come become runs by themselves
wants         which media runs need in a drive, and when they give a drive away
verifying     the stage: one slice of one item after the other
judging       what a finished item means for its copy, its medium and the media bought with it
on_disk       staged packages and exports, which need no drive
overdue       what should have been examined long ago
"""
