"""What cameras call what they notice: the last words of the topics of their ONVIF events.

ONVIF has no word for a doorbell; makers have their own. A digital input is where a button without
electronics of its own is wired to (ONVIF Device IO).
"""

BELLS = frozenset({"Visitor", "Doorbell", "DoorBell", "CallButton"})
WIRED = "DigitalInput"
"""It is a doorbell's button where the settings say that the camera is a doorbell."""

BELL_WORDS = frozenset({"ring", "camerabellbutton"})
"""Values, instead of true and false, that are a bell's under whatever topic."""

MOTIONS = frozenset({"Motion", "MotionAlarm"})
