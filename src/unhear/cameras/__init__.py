"""Cameras and doorbells: their film over RTSP, RTSPS, or MJPEG over HTTP."""
