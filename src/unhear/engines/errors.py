"""What can go wrong with the engines; every message says what to do."""


class EngineError(Exception):
    """An engine could not do what it was asked."""


class ModelMissing(EngineError):
    """The package, folder or file that holds a model's weights is not there."""


class ModelDamaged(EngineError):
    """Weights are not the ones this house was built with."""


class ModelUnwritable(EngineError):
    """Packaged weights could not be put together in the model folder."""


class SoundUnreadable(EngineError):
    """A sound file holds no sound, breaks off, or is too long."""


class SoundDeviceFailed(EngineError):
    """There is no usable microphone or loudspeaker."""


class UnknownChoice(EngineError):
    """A setting names an engine, a word or a language that is not there."""
