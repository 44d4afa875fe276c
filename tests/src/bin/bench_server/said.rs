//! What is said in every call.

use thrads_core::{BidRequest, Call, Conversation, EndUser, Message, Role};

pub(crate) const TURNS: [(&str, &str); 3] = [
    (
        "I need boots for hiking in wet weather.",
        "A waterproof membrane and a stiff sole. Do you need ankle support?",
    ),
    (
        "Yes, my left ankle is weak.",
        "Then take a high boot, laced in two zones, half a size larger than usual.",
    ),
    (
        "Do they run small?",
        "Most people take half a size more than usual; try them on in the evening.",
    ),
];
pub(crate) const USER: &str = "user_5f0c";
pub(crate) const CHAT: &str = "chat_77aa";
pub(crate) const ADDRESS: &str = "203.0.113.7";
pub(crate) const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64)";
pub(crate) const PATH: &str = "/api/v1/ssp/bid-request";

/// The messages in this project's types.
pub(crate) fn messages() -> Vec<Message<'static>> {
    let said = |role, content| Message { role, content, timestamp: None };
    TURNS
        .iter()
        .flat_map(|(asked, answered)| [said(Role::User, asked), said(Role::Assistant, answered)])
        .collect()
}

pub(crate) fn call<'a>(messages: &'a [Message<'a>]) -> Option<Call<'a>> {
    let person = EndUser::forwarded(ADDRESS, AGENT).ok()?;
    let bid = BidRequest::contextual(USER, CHAT, Conversation::new(messages).ok()?, person).ok()?;
    Some(Call::Bid(bid.force(true)))
}
