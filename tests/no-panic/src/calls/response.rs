//! Answers of both families, and every ad in them.

use super::config::head;
use super::tracking;
use crate::opaque::{keep, of, show};
use thrads_core::{
    Ad, Answer, ApiError, ApiErrorKind, Cpm, Diagnostic, Endpoint, Envelope, decode,
};

pub(super) fn all() {
    let mut body = of([0_u8; 256]);
    answer(decode(of(Endpoint::Bid), &head(), of(body.as_mut_slice())));
    keep(ApiErrorKind::of_status(of(0)));
    keep(of(Diagnostic::NoText).code());
}

fn answer(answer: Answer<'_>) {
    match answer {
        Answer::Ads(mut served) => {
            keep((served.request_id, served.message));
            envelope(&served.envelope);
            served.ads.by_ref().for_each(|ad| read(&ad));
            keep(served.ads.diagnostic());
        }
        Answer::NoAd(no_ad) => keep(no_ad),
        Answer::ApiError(error) => api_error(&error),
        Answer::Malformed(malformed) => keep(malformed),
        _ => {}
    }
}

fn envelope(envelope: &Envelope<'_>) {
    keep((envelope.api_version(), envelope.timestamp()));
    keep((envelope.docs_url(), envelope.total_time()));
    keep(*envelope == of(Envelope::default()));
}

pub(super) fn api_error(error: &ApiError<'_>) {
    keep((error.kind.code(), error.kind.explain(), error.message));
    error.fields.iter().for_each(|field| {
        show(field.loc);
        keep(field.message);
    });
}

pub(super) fn read(ad: &Ad<&str>) {
    keep((ad.advertiser(), ad.click_url(), ad.cpm().map(Cpm::per_impression_micros)));
    keep(ad.map(|text| text.len()));
    if let Ad::Unknown(unknown) = ad {
        unknown.format().for_each(keep);
    }
    tracking::trackers_of(ad);
}
