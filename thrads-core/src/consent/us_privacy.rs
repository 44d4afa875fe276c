//! US Privacy strings: four characters on the sale of personal data.
//!
//! Part of `consent`. Section 3.5 of the wire contract.

use super::Permission;

/// What a string allows; `None` if it is none.
pub(super) fn read(string: &[u8]) -> Option<Permission> {
    let [b'1', rest @ ..] = string else { return None };
    let [notice, sale_refused, _] = *rest else { return None };
    let is_known = |byte: &u8| matches!(byte.to_ascii_uppercase(), b'Y' | b'N' | b'-');
    if !rest.iter().all(is_known) {
        return None;
    }
    Some(match (notice.to_ascii_uppercase(), sale_refused.to_ascii_uppercase()) {
        (b'Y', b'N') | (b'-', b'-') => Permission::Everything,
        _ => Permission::Context,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sale_that_was_refused_or_not_announced_leaves_the_context() {
        for string in ["1YNN", "1ynY", "1---", "1YN-"] {
            assert_eq!(read(string.as_bytes()), Some(Permission::Everything), "{string}");
        }
        for string in ["1YYN", "1NNN", "1NYN", "1Y-N", "1-YN", "1-N-"] {
            assert_eq!(read(string.as_bytes()), Some(Permission::Context), "{string}");
        }
        for string in ["", "1", "1YN", "1YNNN", "2YNN", "1YXN", "1YN ", "éYN"] {
            assert_eq!(read(string.as_bytes()), None, "{string}");
        }
    }
}
