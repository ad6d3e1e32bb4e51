"""Easy-read: short sentences, one idea a line, each with a simple picture."""

# The names of the pictures there are; each is drawn in templates/components/pictures.html.
PICTURES = (
    "phone",
    "watch",
    "quiet",
    "locker",
    "lock",
    "allowed",
    "forbidden",
    "ask",
    "talk",
    "sign",
    "clock",
    "calendar",
    "place",
    "school",
    "home",
    "exam",
    "heart",
    "camera",
    "stop",
    "help",
    "people",
    "look",
)
