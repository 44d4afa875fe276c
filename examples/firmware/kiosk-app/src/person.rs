//! Who stands in front of the kiosk: nobody that it would know again.
//!
//! Ids are drawn anew for each person, from true random bits, so that two visits cannot be joined by them.

use heapless::String;
use rand_core::{Error, RngCore};

/// The ids of one visit.
pub(crate) struct Person {
    user: String<ID_CHARS>,
    chat: String<ID_CHARS>,
}

impl Person {
    /// Draws the ids of the next person.
    ///
    /// # Errors
    ///
    /// Those of the source: without randomness there is nobody to ask for.
    pub(crate) fn draw(random: &mut impl RngCore) -> Result<Self, Error> {
        Ok(Self { user: id("user_", random)?, chat: id("chat_", random)? })
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    pub(crate) fn chat(&self) -> &str {
        &self.chat
    }
}

fn id(prefix: &str, random: &mut impl RngCore) -> Result<String<ID_CHARS>, Error> {
    let mut bytes = [0; 16];
    random.try_fill_bytes(&mut bytes)?;
    let mut id = String::new();
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
    prefix.chars().chain(digits).for_each(|character| drop(id.push(character)));
    Ok(id)
}

/// A prefix of five and 32 digits.
const ID_CHARS: usize = 37;

#[cfg(test)]
mod tests {
    use super::*;

    struct Count(u8);

    impl RngCore for Count {
        fn next_u32(&mut self) -> u32 {
            unreachable!()
        }
        fn next_u64(&mut self) -> u64 {
            unreachable!()
        }
        fn fill_bytes(&mut self, _: &mut [u8]) {
            unreachable!()
        }
        fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), Error> {
            place.fill(self.0);
            self.0 += 0x11;
            Ok(())
        }
    }

    #[test]
    fn ids_are_all_of_the_random_bits_and_never_the_same() {
        let person = Person::draw(&mut Count(0x1f)).unwrap();
        assert_eq!(person.user(), "user_1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f");
        assert_eq!(person.chat(), "chat_30303030303030303030303030303030");
    }
}
