"""The dispatcher of virtual event subscribers: it runs without a screen."""
