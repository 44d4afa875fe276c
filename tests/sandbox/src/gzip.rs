//! gzip (RFC 1952) without compressing: stored blocks, which every decoder takes.

/// `body` as a gzip member.
pub(crate) fn wrap(body: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let blocks = body.chunks(BLOCK).count().max(1);
    for at in 0..blocks {
        let block = body.chunks(BLOCK).nth(at).unwrap_or_default();
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(at + 1 == blocks));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out.extend(crc32(body).to_le_bytes());
    out.extend((body.len() as u32).to_le_bytes());
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}

/// Bytes a stored block can hold.
const BLOCK: usize = 65_535;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_as_the_standard_example_does() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn stores_the_body_in_blocks() {
        let wrapped = wrap(b"{}");
        assert_eq!(wrapped[10..17], [1, 2, 0, 0xfd, 0xff, b'{', b'}']);
        assert_eq!(wrapped[21..], [2, 0, 0, 0]);
        let long = wrap(&[b'x'; BLOCK + 1]);
        assert_eq!((long[10], long[10 + 5 + BLOCK], long.len()), (0, 1, 10 + 10 + BLOCK + 1 + 8));
        assert_eq!(wrap(b"").len(), 10 + 5 + 8);
    }
}
