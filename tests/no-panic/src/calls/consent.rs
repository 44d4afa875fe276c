//! What a person has agreed to.

use crate::opaque::{keep, of, text};
use thrads_core::{Consent, Permission};

pub(super) fn consent() -> Consent<'static> {
    let consent = of(Consent::needed()).tcf(text()).us_privacy(text()).gpp(text());
    keep((consent.tcf_string(), consent.us_privacy_string()));
    consent
}

pub(super) fn permission() -> Permission {
    let permission = of(consent().permission());
    keep((permission.sends(), permission.tells_who()));
    permission
}
