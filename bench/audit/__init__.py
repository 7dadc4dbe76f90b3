"""An audit of many households that lived for a year, some of which broke a rule."""
