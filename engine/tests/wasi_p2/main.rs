//! WASI 0.2: every interface, through components that wit-component makes of a module in text and of the interfaces that
//! the test needs; and the rules of starting.
#![cfg(all(feature = "wasi", feature = "component"))]

mod adapted;
mod composed;
mod declarations;
mod every_function;
mod files;
mod guest;
mod interfaces;
mod live;
mod requests;
mod start;
mod table;
