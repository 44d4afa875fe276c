//! What is said at the kiosk: the scripted conversation, and an assistant that knows its shop by keywords.
//!
//! It stands where a product has its language model. The kiosk for a terminal, `examples/src/bin/kiosk`, says the same, out of
//! this file.

/// Ten questions of a person in the shop. They are placed so that one conversation shows what there is: the fourth asks for
/// what nobody advertises, the fifth and the tenth earn ads.
pub const QUESTIONS: [&str; 10] = [
    "Hello! Is the café on this floor?",
    "Nice. And where do I find things for the kitchen?",
    "My old kettle leaks. What should I look for?",
    "When do you close today?",
    "I also need boots for hiking in wet weather.",
    "Do they run small?",
    "Can I return them if they pinch?",
    "Where are the toilets, please?",
    "Do you wrap gifts?",
    "Last thing: a rain jacket that fits into a small bag?",
];

/// The assistant's answer.
pub(crate) fn answer(question: &str) -> &'static str {
    let knows = |keyword: &&str| contains(question, keyword);
    let known = ANSWERS.iter().find(|(keywords, _)| keywords.iter().any(knows));
    known.map_or("I will gladly ask a colleague. Is there anything else?", |(_, answer)| *answer)
}

/// Whether `text` has `word` in it, ASCII case aside.
fn contains(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

const ANSWERS: [(&[&str], &str); 12] = [
    (
        &["hello", "hi ", "good morning", "café on"],
        "Welcome! The café is by the escalator, one floor up.",
    ),
    (&["kettle"], "One with a steel body and a lid that locks. Gas or electric?"),
    (&["kitchen"], "Second aisle on the left, behind the flowers."),
    (&["close", "open", "hours"], "We are open until eight this evening."),
    (&["boot", "hiking"], "A waterproof membrane and a stiff sole. Do you need ankle support?"),
    (&["run small", "size"], "Most people take half a size more than usual."),
    (&["return", "refund"], "Yes, within thirty days, with the receipt."),
    (&["toilet"], "On the ground floor, next to the lifts."),
    (&["wrap", "gift"], "We do, at the counter by the exit."),
    (&["jacket", "rain"], "There are some that pack into their own pocket, in aisle four."),
    (&["coffee", "espresso"], "Beans are in aisle six; the grinder there is free to use."),
    (&["thank", "bye"], "Have a good day!"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scripted_question_has_an_answer_of_its_own() {
        let answers = QUESTIONS.map(answer);
        assert!(answers.iter().all(|answer| !answer.contains("colleague")));
        assert!(answer("HELLO").starts_with("Welcome"));
        assert!(answer("what?").contains("colleague"));
    }
}
