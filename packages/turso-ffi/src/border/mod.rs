//! The border to C: every exported function, what it is given and what it gives.

mod buffer;
mod connections;
mod cursors;
mod decode;
mod events;
mod guard;
mod library;
mod prepared;
mod statements;
mod transactions;
