//! What a driver gets wrong.
