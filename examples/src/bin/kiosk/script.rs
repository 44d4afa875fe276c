//! What is said at the kiosk: the scripted conversation, and an assistant that knows its shop by keywords.

/// Ten questions of a person in the shop. They are placed so that one conversation shows what there is: the third turn's
/// call fails, the fourth asks for what nobody advertises, the fifth and the tenth earn ads.
pub(crate) const QUESTIONS: [&str; 10] = [
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

/// The turn whose call fails in the scripted conversation.
pub(crate) const FAILING_TURN: u32 = 3;

/// The assistant's answer.
pub(crate) fn answer(question: &str) -> &'static str {
    let question = question.to_lowercase();
    let known = ANSWERS
        .iter()
        .find(|(keywords, _)| keywords.iter().any(|keyword| question.contains(keyword)));
    known.map_or("I will gladly ask a colleague. Is there anything else?", |(_, answer)| *answer)
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
