//! The scrubber on the labelled corpora: what it finds, and that neither doing it twice nor the size of what is written to
//! makes a difference.

use serde_json::{Value, json};
use thrads_core::{
    ApiKey, BidRequest, BufferTooSmall, Call, Conversation, CountryCode, EndUser, Environment,
    Kind, Kinds, Message, MessageRequest, Piece, PromptRequest, Publisher, Redactor, Request, Role,
};
use thrads_tests::answer;
use thrads_tests::redaction::{Line, Tally, corpora, difference, parse};

#[test]
fn each_corpus_meets_the_goals() {
    for (name, lines) in lines() {
        let tally = Tally::of(&lines);
        println!("{name}\n{tally}");
        let differences: Vec<_> = lines.iter().filter_map(difference).collect();
        assert!(tally.meets_the_goals(), "{name}\n{}", differences.join("\n"));
    }
}

#[test]
fn the_corpora_are_as_large_and_as_mixed_as_they_are_said_to_be() {
    let all: Vec<_> = lines().into_iter().flat_map(|(_, lines)| lines).collect();
    assert!(all.len() >= 800, "{} lines", all.len());
    for language in ["en", "de", "fr", "es", "it", "ja", "zh", "ar"] {
        let own = || all.iter().filter(|line| line.language == language);
        assert!(own().filter(|line| line.spans.is_empty()).count() >= 50, "{language}");
        for kind in Kind::ALL {
            let labelled = own().flat_map(|line| &line.spans).filter(|span| span.kind == kind);
            assert!(labelled.count() >= 6, "{language} {kind:?}");
        }
    }
}

#[test]
fn a_scrubber_that_finds_nothing_or_too_much_fails() {
    let line = |text: &str, spans: &str| {
        format!(r#"{{"language":"en","text":"{text}","spans":[{spans}]}}"#)
    };
    let of = |line: String| Tally::of(&parse(&line).unwrap()).meets_the_goals();
    assert!(of(line("a@b.example", r#"{"kind":"email","text":"a@b.example"}"#)));
    assert!(!of(line("nobody", r#"{"kind":"email","text":"nobody"}"#)));
    assert!(!of(line("a@b.example", r#"{"kind":"secret","text":"a@b.example"}"#)));
    assert!(!of(line("a@b.example", r#"{"kind":"email","text":"b.example"}"#)));
    assert!(!of(line("a@b.example", "")));
}

#[test]
fn the_protocol_answers_with_what_the_labels_ask_for() {
    for (_, lines) in lines() {
        for line in lines.iter().filter(|line| difference(line).is_none()) {
            let mut expected = line.text.clone();
            for span in line.spans.iter().rev() {
                expected.replace_range(span.range.clone(), span.kind.marker());
            }
            let case =
                json!({"id": line.number, "op": "redact", "text": line.text, "names": line.names});
            let answer: Value = serde_json::from_str(&answer(&case.to_string())).unwrap();
            assert_eq!(answer, json!({"id": line.number, "text": expected}));
        }
    }
}

#[test]
fn hiding_twice_hides_nothing_more() {
    for_each_line(|redactor, text| {
        let once = redacted(redactor, text);
        assert_eq!(redacted(redactor, &once), once);
    });
}

#[test]
fn what_is_not_hidden_stays_byte_for_byte() {
    for_each_line(|redactor, text| {
        let mut rest = text;
        for piece in redactor.pieces(text) {
            if let Piece::Text(kept) = piece {
                rest = &rest[rest.find(kept).unwrap() + kept.len()..];
            }
        }
    });
}

#[test]
fn the_length_is_that_of_the_pieces_taken_any_way() {
    for_each_line(|redactor, text| {
        let whole = redacted(redactor, text);
        assert_eq!(redactor.len(text), whole.len());
        // Taken up again behind every piece, as a writer does that waits for its buffer.
        let mut pieces = redactor.pieces(text);
        let mut resumed = String::new();
        while let Some(piece) = pieces.next() {
            resumed.push_str(piece.as_str());
            let rest: String = pieces.clone().map(Piece::as_str).collect();
            assert_eq!(format!("{resumed}{rest}"), whole);
        }
    });
}

#[test]
fn a_kind_that_is_turned_off_is_not_hidden_as_such() {
    for kind in Kind::ALL {
        for (_, lines) in lines() {
            for line in &lines {
                let names = names(line);
                let redactor = Redactor::new(Kinds::ALL.without(kind)).names(&names);
                assert!(redactor.pieces(&line.text).all(|piece| piece != Piece::Hidden(kind)));
                let all_but_it = Redactor::new(Kinds::NONE).names(&names);
                assert_eq!(redacted(&all_but_it, &line.text), line.text);
            }
        }
    }
}

#[test]
fn a_call_is_written_as_if_its_words_had_been_hidden_before() {
    for_each_line(|redactor, text| {
        let hidden = redacted(redactor, text);
        for (call, expected) in calls(&said(text)).into_iter().zip(calls(&said(&hidden))) {
            let expected = written(expected);
            assert_eq!(written(call.redacted(redactor)), expected);
        }
    });
}

#[test]
fn what_is_no_part_of_a_conversation_is_written_as_it_is() {
    let hints = [("content", "a@b.example"), ("user", "192.0.2.7")];
    let message = MessageRequest::new("192.0.2.7", "+49 30 1234567", ("q", "a")).unwrap();
    let call = Call::Message(message.meta_data(&hints));
    assert_eq!(written(call.redacted(&Redactor::default())), written(call));
}

/// Every call that carries what was said.
fn calls<'a>(said: &'a [Message<'a>; 2]) -> [Call<'a>; 3] {
    let [question, answer] = said.map(|message| message.content);
    let prompt = PromptRequest::new(CountryCode::new("GB").unwrap()).content(question, answer);
    let message = MessageRequest::new("user", "chat", (question, answer));
    let person = EndUser::this_device("test/1").unwrap();
    let conversation = Conversation::new(said).unwrap();
    let bid = BidRequest::contextual("user", "chat", conversation, person).unwrap();
    [
        Call::Prompt(prompt.unwrap()),
        Call::Message(message.unwrap()),
        Call::Bid(bid.summary(question)),
    ]
}

fn said(text: &str) -> [Message<'_>; 2] {
    [Role::User, Role::Assistant].map(|role| Message { role, content: text, timestamp: None })
}

/// The bytes of a body, which are the same whichever way it is written, and as many as it says.
fn written(call: Call<'_>) -> Vec<u8> {
    let publisher = Publisher::new(ApiKey::new("K").unwrap(), Environment::Staging);
    let request = Request::new(&publisher, call);
    let mut body = vec![0; request.body().len()];
    assert_eq!(request.body().encode(&mut body), Ok(body.len()));
    let needed = body.len();
    assert_eq!(request.body().encode(&mut body.clone()[1..]), Err(BufferTooSmall { needed }));
    let (mut pieces, mut in_pieces) = (request.body().pieces(), Vec::new());
    while let Some(piece) = pieces.next() {
        in_pieces.extend_from_slice(piece);
    }
    assert_eq!(in_pieces, body);
    body
}

fn for_each_line(check: impl Fn(&Redactor<'_>, &str)) {
    for (_, lines) in lines() {
        for line in &lines {
            check(&Redactor::new(Kinds::ALL).names(&names(line)), &line.text);
        }
    }
}

fn names(line: &Line) -> Vec<&str> {
    line.names.iter().map(String::as_str).collect()
}

fn redacted(redactor: &Redactor<'_>, text: &str) -> String {
    redactor.pieces(text).map(Piece::as_str).collect()
}

fn lines() -> Vec<(&'static str, Vec<Line>)> {
    corpora().into_iter().map(|(name, text)| (name, parse(&text).unwrap())).collect()
}
