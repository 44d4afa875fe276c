//! thrads-std
