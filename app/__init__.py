"""The kernel: what every feature stands on. It knows neither partners nor cases."""
