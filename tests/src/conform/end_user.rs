//! The `end_user` of a `write` line.

use super::Refusal;
use super::members::Members;
use thrads_core::{CountryCode, Device, EndUser, Geo, HeaderText, Ip, UserAgent};

/// Whom the call speaks for; without an address it is the device itself, which says nothing of where it is.
pub(super) fn read<'a>(line: &Members<'a>) -> Result<Option<EndUser<'a>>, Refusal> {
    let Some(person) = line.object("end_user")? else { return Ok(None) };
    person.only(&["ip", "user_agent", "accept_language", "geo"])?;
    let ip = match person.text("ip")? {
        Some(ip) => Some(person.check("ip", Ip::new(ip))?),
        None => None,
    };
    let user_agent = person.check("user_agent", UserAgent::new(person.needed("user_agent")?))?;
    let accept_language = match person.text("accept_language")? {
        Some(language) => person.check("accept_language", HeaderText::new(language))?,
        None => None,
    };
    let geo = person.object("geo")?.map(|place| geo(&place)).transpose()?;
    match ip {
        Some(ip) => Ok(Some(EndUser::Forwarded { ip, user_agent, accept_language, geo })),
        // A device that speaks for itself is found by its connection; its `geo` is checked and not sent.
        None => Ok(Some(EndUser::ThisDevice { user_agent, accept_language })),
    }
}

fn geo<'a>(place: &Members<'a>) -> Result<Geo<'a>, Refusal> {
    place.only(&["country", "device", "timezone", "region", "city"])?;
    let country = place.check("country", CountryCode::new(place.needed("country")?))?;
    let device = match place.needed("device")? {
        "mobile" => Device::Mobile,
        "desktop" => Device::Desktop,
        _ => return Err(place.refuse("device")),
    };
    let geo = place.check("timezone", Geo::new(country, device, place.needed("timezone")?))?;
    place.check("city", geo.place(place.text("region")?, place.text("city")?))
}
