//! A runtime would be here.
