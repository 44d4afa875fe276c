//! One line for each event, where there is a debug probe: never a URL, a field or a body.
//!
//! A helper of both halves.

/// `log!(level, "text", values..)`: by defmt, else nothing.
macro_rules! log {
    ($level:ident, $text:literal $(, $value:expr)*) => {{
        #[cfg(feature = "defmt")]
        defmt::$level!($text $(, $value)*);
        #[cfg(not(feature = "defmt"))]
        {
            $(let _ = &$value;)*
        }
    }};
}

pub(crate) use log;
