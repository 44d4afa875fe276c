//! thrads-embassy
