"""The part of a fresh archived.toml that is about alarms."""

ALERTS = """\
[alerts]
# Who is told of what is on the attention list; docs/alarms.md.
# What is up, or gone, for less than so many minutes is not told.
settle_min = 2.0
# Whose clocks the quiet hours of hooks are read on, such as "Asia/Shanghai".
time_zone = "UTC"
# A hook, as many as you like, each under a name of its own. Try it with: archivectl alerts test duty
# [alerts.hooks.duty]
# "command" (a program gets the message on its input), "mail" (by SMTP) or "webhook" (an HTTP POST, signed)
# kind = "mail"
# The least urgency that is told: "working-hours", "before" (a time) or "now".
# urgency = "working-hours"
# How the ids begin that it is told of, such as ["scratch:", "stopped:"]; [] = all.
# only = []
# Is it told when a cause is gone?
# recovered = true
# What nobody acknowledged (archivectl attention ack) is told again after so many hours; 0 = never.
# repeat_h = 24.0
# In these hours only what is urgent now is told, and what recovered of that; "" = none.
# quiet = "22:00-07:00"
# The other side may take so long; what it does not take is tried again for three days.
# timeout_s = 30.0
# Only for "command": an absolute program and its arguments.
# command = []
# Only for "mail": host:port of the server,
# server = "mail.example.org:587"
# "starttls", "tls" or "none",
# security = "starttls"
# who we are there, and a file (mode 0600) with the password; both "" = without a password,
# user = ""
# password_file = ""
# from whom the mail is and to whom it goes.
# sender = "archive@example.org"
# to = ["duty@example.org"]
# Only for "webhook": where to, and a file (mode 0600) with the key by which messages are signed (whsec_...).
# url = ""
# secret_file = ""

"""
