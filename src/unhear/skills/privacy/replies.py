"""What the privacy skill says."""

FORGOTTEN_JUST_SAID = "Done. It is deleted everywhere, and there is a receipt."
FORGOTTEN_NEWEST = (
    "Done. The newest recording I had kept, from {when}, is deleted everywhere, and there is a "
    "receipt."
)
NOT_KEPT = (
    "I had kept no recording of that. Anything else I remembered from it is deleted, and there is "
    "a receipt."
)
NOTHING_KEPT = "I had kept no recording, so there is none to delete."
GONE_ALREADY = "It is deleted already."

FORGOTTEN_TODAY = (
    "Done. I deleted {recordings} from today, and what I remembered from {them}. There is a "
    "receipt."
)
NONE_TODAY = (
    "I had kept no recording of what you said today. Anything else I remembered from it is "
    "deleted, and there is a receipt."
)
FORGOTTEN_ALL = (
    "Done. I deleted {recordings} {where}, and what I remembered from {them}. There is a receipt."
)
NONE_AT_ALL = (
    "I had kept no recording {where}. Anything else I remembered is deleted, and there is a "
    "receipt."
)
ON_DEVICE = "on this device"
FROM_YOU = "from you"
RECORDING = "recording"
IT = "it"
THEM = "them"

KEPT_NOTHING = "I have kept no recording {where}."
KEPT_NOTHING_TODAY = "I have kept no recording {where} today."
KEPT = (
    "I have kept {recordings} {where}. {newest} I cannot open the words; only your household can, "
    "with its passphrase."
)
KEPT_NEWEST = "The newest: {told}."
KEPT_ONE = "It is from {told}."
TOLD = "{when} about {about}"
SOMETHING = "something I did not understand"

NO_LAST_TURN = "I do not remember doing anything in the last few minutes."
UNDERSTOOD = "I understood a request about {about}."
NOT_UNDERSTOOD = "I did not understand the request."
WAS_KEPT = "I kept it sealed."
WAS_NOT_KEPT = "I did not keep it."

STOPPED = "I have stopped listening here. Say start listening when you want me back."
STARTED = "I am listening again."
