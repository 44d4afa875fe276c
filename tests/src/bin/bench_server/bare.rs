//! reqwest alone: a request that was made beforehand, and an answer that nobody reads. What it allocates is the floor.

use crate::asking::Chat;
use crate::said;
use reqwest::header::{HeaderMap, HeaderValue};
use thrads_core::{ApiKey, BaseUrl, Endpoints, Environment, Publisher, Request};
use thrads_sandbox::PRODUCTION_KEY;

pub(crate) struct Bare {
    client: reqwest::Client,
    request: reqwest::Request,
}

impl Bare {
    pub(crate) fn chats(base: &str, chats: usize) -> Option<Vec<Self>> {
        let publisher = Publisher {
            endpoints: Endpoints::at(BaseUrl::new(base).ok()?),
            ..Publisher::new(ApiKey::new(PRODUCTION_KEY).ok()?, Environment::Production)
        };
        let messages = said::messages();
        let made = Request::new(&publisher, said::call(&messages)?);
        let mut body = vec![0; made.body().len()];
        made.body().encode(&mut body).ok()?;
        let url = format!("{base}{}", said::PATH).parse().ok()?;
        let mut request = reqwest::Request::new(reqwest::Method::POST, url);
        let mut headers = HeaderMap::new();
        for field in made.fields() {
            headers.insert(field.name, HeaderValue::from_str(field.value).ok()?);
        }
        *request.headers_mut() = headers;
        *request.body_mut() = Some(bytes(body));
        let client = reqwest::Client::builder().no_proxy().build().ok()?;
        let chat = || Some(Self { client: client.clone(), request: request.try_clone()? });
        std::iter::repeat_with(chat).take(chats).collect()
    }
}

impl Chat for Bare {
    async fn ask(&mut self) -> Option<usize> {
        let mut answer = self.client.execute(self.request.try_clone()?).await.ok()?;
        let mut length = 0;
        while let Some(chunk) = answer.chunk().await.ok()? {
            length += chunk.len();
        }
        Some(length)
    }
}

fn bytes(body: Vec<u8>) -> reqwest::Body {
    body.into()
}
