//! The call through thrads-std.

use crate::asking;
use crate::said;
use thrads_core::{ApiKey, BaseUrl, Endpoints, Environment, Family, Kinds, Policy, Publisher};
use thrads_sandbox::PRODUCTION_KEY;
use thrads_std::{Chat, Options, Outcome, Proxies, Thrads};

pub(crate) struct Ours(Chat);

impl Ours {
    pub(crate) fn chats(base: &str, chats: usize) -> Option<Vec<Self>> {
        let publisher = Publisher {
            endpoints: Endpoints::at(BaseUrl::new(base).ok()?),
            ..Publisher::new(ApiKey::new(PRODUCTION_KEY).ok()?, Environment::Production)
        };
        let options = Options {
            limit: u32::MAX,
            proxies: Proxies::None,
            redact: Kinds::NONE,
            ..Options::default()
        };
        let thrads = Thrads::new(publisher, options).ok()?;
        let chat = || Self(thrads.chat(Family::Ssp, Policy::device(0, 0)));
        Some(std::iter::repeat_with(chat).take(chats).collect())
    }
}

impl asking::Chat for Ours {
    async fn ask(&mut self) -> Option<usize> {
        let messages = said::messages();
        let outcome = self.0.ask(said::call(&messages)?).await;
        let Outcome::Ad(served) = outcome else { return None };
        let thrads_core::Ad::SponsoredMessage(ad) = &served.offers.first()?.ad else { return None };
        ad.headline.as_deref().map(str::len)
    }
}
