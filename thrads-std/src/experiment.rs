//! Which arm of an experiment a person is in.
//!
//! Beside `request`: `config.experiment_tag` of section 3.4 of the wire contract.

use std::sync::Arc;
use thrads_core::{BidConfig, ConfigError, MAX_EXPERIMENT_TAG_CHARS};

/// An experiment on people: each is in one arm for good, by a hash of the user id that every process and every version of
/// this crate computes alike. Arms are equally likely; one that is named twice is twice as likely.
///
/// ```
/// use thrads_std::Experiment;
/// use thrads_std::core::BidConfig;
///
/// let experiment = Experiment::new(["control", "early-ads"])?;
/// let arm = experiment.arm("user_5f0c");
/// assert_eq!(experiment.arm("user_5f0c"), arm);
/// // For the platform's reports; `Chat::in_arm` is for this process's metrics.
/// let config = arm.tag(BidConfig::default());
/// # drop(config);
/// # Ok::<(), thrads_std::core::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Experiment {
    arms: Box<[Arm]>,
}

/// An arm of an experiment. Its name is a label of metrics and goes to the platform: nothing of a person in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Arm(Arc<str>);

impl Experiment {
    /// An experiment with these arms.
    ///
    /// # Errors
    ///
    /// [`ConfigError::ExperimentTag`] if there is none, or if one is empty or longer than [`MAX_EXPERIMENT_TAG_CHARS`].
    pub fn new<'a>(arms: impl IntoIterator<Item = &'a str>) -> Result<Self, ConfigError> {
        let arms: Box<[Arm]> = arms.into_iter().map(|arm| Arm(arm.into())).collect();
        let fits =
            |arm: &Arm| !arm.0.is_empty() && arm.0.chars().count() <= MAX_EXPERIMENT_TAG_CHARS;
        if arms.is_empty() || !arms.iter().all(fits) {
            return Err(ConfigError::ExperimentTag);
        }
        Ok(Self { arms })
    }

    /// The arm of this person.
    pub fn arm(&self, user_id: &str) -> Arm {
        let share = u128::from(hash(user_id)) * self.arms.len() as u128;
        self.arms[(share >> 64) as usize].clone()
    }
}

impl Arm {
    /// The arm's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Writes the arm into a bid's settings as its experiment tag.
    pub fn tag<'a>(&'a self, config: BidConfig<'a>) -> BidConfig<'a> {
        config.experiment_tag(&self.0).unwrap_or_else(|_| unreachable!("its length was checked"))
    }
}

/// FNV-1a, and the finaliser of MurmurHash3 to spread short ids over all bits: people would change arms if this changed.
fn hash(id: &str) -> u64 {
    let fnv = id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (fnv ^ (fnv >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    mixed ^ (mixed >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_stays_in_an_arm_over_versions() {
        let experiment = Experiment::new(["a", "b", "c"]).unwrap();
        let arms: String =
            (0..12).map(|n| experiment.arm(&format!("user-{n}")).0.to_string()).collect();
        assert_eq!(arms, "aabacabacbcb");
    }

    #[test]
    fn arms_are_equally_likely() {
        let experiment = Experiment::new(["a", "b", "c", "d"]).unwrap();
        for arm in ["a", "b", "c", "d"] {
            let people =
                (0..20_000).filter(|n| experiment.arm(&format!("user_{n:04x}")).as_str() == arm);
            let people = people.count();
            assert!((4_750..5_250).contains(&people), "{arm}: {people}");
        }
    }

    #[test]
    fn names_that_no_request_can_carry_are_refused() {
        for arms in [&[][..], &[""], &["a", "0123456789012345678901234567890"]] {
            let refused = Experiment::new(arms.iter().copied()).err();
            assert_eq!(refused, Some(ConfigError::ExperimentTag));
        }
    }
}
