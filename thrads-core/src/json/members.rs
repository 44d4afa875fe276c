//! The members of an object by name: any order, unknown ones skipped, the last of two with one name wins.
//!
//! A helper of `response`.

use super::read::{Read, Reader, Span, Value};
use super::text::Text;

/// What may take a member's value out of the reader before it is stored: index of the name, and whether it was taken.
pub(crate) type Hook<'h> = &'h mut dyn FnMut(usize, &mut Reader<'_>) -> Read<bool>;

/// Reads the members of the object that `reader` has entered, each into the place its name has in `names`.
pub(crate) fn read_members(
    reader: &mut Reader<'_>,
    names: &[&str],
    values: &mut [Value],
    hook: Hook<'_>,
) -> Read<()> {
    let mut first = true;
    let mut expected = 0;
    while let Some(name) = reader.next_member(&mut first)? {
        let Some(index) = position(names, name, reader.document(), expected) else {
            reader.value()?;
            continue;
        };
        expected = index.saturating_add(1);
        let value = if hook(index, reader)? { Value::Absent } else { reader.value()? };
        if let Some(slot) = values.get_mut(index) {
            *slot = value;
        }
    }
    Ok(())
}

/// [`read_members`] where every value is stored as it stands.
pub(crate) fn read_plain(
    reader: &mut Reader<'_>,
    names: &[&str],
    values: &mut [Value],
) -> Read<()> {
    read_members(reader, names, values, &mut |_, _| Ok(false))
}

/// The named members of an object that was read once already; absent where it cannot be read.
pub(crate) fn members_of<const N: usize>(
    object: Span,
    names: &[&str; N],
    document: &[u8],
) -> [Value; N] {
    let mut values = [Value::Absent; N];
    let mut reader = Reader::new(document);
    reader.seek(object.start);
    let read: Read<()> = (|| {
        reader.enter(b'{')?;
        read_plain(&mut reader, names, &mut values)
    })();
    debug_assert!(read.is_ok());
    values
}

/// Where `name` stands in `names`, looked for from `expected` on: servers keep their members in one order.
fn position(names: &[&str], name: Text, document: &[u8], expected: usize) -> Option<usize> {
    let raw = name.span.of(document);
    let is_name = |candidate: &&str| {
        if name.escaped {
            name.chars(document).eq(candidate.chars())
        } else {
            raw == candidate.as_bytes()
        }
    };
    let expected = expected.min(names.len());
    let (before, behind) = names.split_at_checked(expected)?;
    match behind.iter().position(is_name) {
        Some(index) => index.checked_add(expected),
        None => before.iter().position(is_name),
    }
}
