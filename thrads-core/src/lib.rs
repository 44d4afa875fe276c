//! thrads-core
