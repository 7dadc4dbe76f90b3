"""Two days of a house at work, at speed: does it need more and more of anything?"""
