//! Answers such as the platform gives, and what was said before them.

use thrads_core::{Message, Role};

/// A bid for a message, 850 bytes, with the escapes that Python writes.
pub const BID: &str = concat!(
    r#"{"requestId":"q-8f2b6c1e-0d7a-4b8e-9a3f-5c2d1e0f9b8a","timestamp":"2026-05-04T09:00:05.120445Z","#,
    r#""totalTime":0.884,"status":"success","message":"Bid successful","data":{"bid":{"#,
    r#""ad_format":"sponsored_message","price":2.35,"advertiser":"Boilwell","domain":"boilwell.example","#,
    r#""headline":"Kettles that do not drip \u2013 caf\u00e9 grade","#,
    r#""description":"Steel, quiet, two-year cover. For small kitchens, hobs of gas and induction, and tea. \"The last one you buy\" \ud83d\ude00","#,
    r#""cta_text":"See range","url":"https://ssp.thrads.ai/r?token=b7c1d2e3f4a5968778695a4b3c2d1e0f"#,
    r#"&view_url=https%3A%2F%2Fdsp.example%2Fview%3Fid%3D42%26s%3Dq&thrad_view_url=https%3A%2F%2Fssp.thrads.ai"#,
    r#"%2Fview%3Ftoken%3Db7c1d2e3","placement":"text","logo_url":"https://cdn.example/logo/boilwell.png","#,
    r#""dsp":"thrad_dsp","bidId":"bid-1c9e5a70-3f1e-4f7d-8b0a-2d6c4e8f0a12"}},"error":null}"#,
);

const _: () = assert!(BID.len() == 850);

/// Three prompts before the first word.
pub const PROMPTS: &str = concat!(
    r#"{"requestId":"q-1","status":"success","data":{"bid":{"prompts":["#,
    r#"{"ad_format":"sponsored_prompt","sponsored_prompt":"Best shoes for a muddy half marathon?","#,
    r#""url":"https://go.example/1","advertiser":"Fellrunner","price":1.5,"bidId":"b1"},"#,
    r#"{"ad_format":"sponsored_prompt","sponsored_prompt":"A kettle that does not drip?","#,
    r#""url":"https://go.example/2","advertiser":"Boilwell","price":2,"bidId":"b2"},"#,
    r#"{"ad_format":"sponsored_prompt","sponsored_prompt":"Tents for two in the rain?","#,
    r#""cta_url":"https://go.example/3","advertiser":"Drystone","price":"0.75","bidId":"b3"}]}}}"#,
);

/// A poll in a list, with escapes where they take most stack.
pub const POLL: &str = concat!(
    r#"{"requestId":"q-1","status":"success","data":{"bids":[{"ad_format":"sponsored_poll","#,
    r#""question":"Is your kettle \ud83d\ude00?","options":[{"id":"1","text":"Electric \u2013 caf\u00e9"},"#,
    r#"{"id":2,"text":"Gas \ud83d\ude00"}],"vote_url":"https:\/\/ssp.thrads.ai\/vote?token=t","#,
    r#""results_url":"https:\/\/ssp.thrads.ai\/results?token=t","advertiser":"Boilwell","price":"4.1","bidId":"b"}]}}"#,
);

/// No ad.
pub const UNSOLD: &str = concat!(
    r#"{"status":"success","requestId":"req_5f0c","data":{"bid":null},"message":"No bids","#,
    r#""timestamp":"2026-05-04T09:00:05.120445Z","totalTime":0.041}"#,
);

/// FastAPI's refusal of two members.
pub const REFUSED: &str = concat!(
    r#"{"detail":[{"type":"missing","loc":["body","userId"],"msg":"Field required","input":{}},"#,
    r#"{"type":"string_type","loc":["body","messages",0,"content"],"msg":"Input should be a valid string"}]}"#,
);

/// A prompt of the v1 API.
pub const PROMPT: &str = concat!(
    r#"{"apiVersion":"0.1.0","requestId":"r-1","timestamp":"2025-09-03T08:20:00.5Z","status":"success","#,
    r#""message":"Ad served successfully","data":{"prompt":"Best mud shoes?","link":"https://go.example/l","#,
    r#""brand":"Fell","sponsored_prompt_id":"spq_1","icon":"https://m.example/i.png"}}"#,
);

/// A provisioning file with all that one can have.
pub const SETTINGS: &str = concat!(
    r#"{"user_agent":"kiosk/1.0 (esp32c3)","environment":"production","family":"ssp","limit":20,"#,
    r#""policy":{"enforcement":"device","offset":3,"frequency":5},"base_url":"https:\/\/relay.example\/thrads","#,
    r#""accept_language":"de-DE,de;q=0.9","country":"DE"}"#,
);

/// Twenty messages.
pub const MESSAGES: [Message<'static>; 20] = {
    let question = Message {
        role: Role::User,
        content: "Which kettle keeps \"quiet\" in a small kitchen?\nIt should not drip.",
        timestamp: None,
    };
    let answer = Message {
        role: Role::Assistant,
        content: "A steel one with a double wall. Is gas or electric what you have?",
        timestamp: None,
    };
    let mut messages = [question; 20];
    let mut index = 1;
    while index < messages.len() {
        messages[index] = answer;
        index += 2;
    }
    messages
};
