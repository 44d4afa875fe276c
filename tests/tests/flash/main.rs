//! Reports that wait in flash: the power is cut at every single operation, and what was saved is there afterwards.

mod part;

use part::{Cut, Part};
use std::collections::BTreeSet;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use thrads_core::{
    ApiKey, BidRequest, Call, EndUser, Environment, Family, Head, Impression, Instant, Millis,
    Outbox, Outcome, Policy, Publisher, Rate, Session, UnixMillis,
};
use thrads_embassy::{FlashError, FlashStore};

type Reports = Outbox<8, 2048>;

const NOON: UnixMillis = UnixMillis(1_777_885_200_000);
const PAGES: usize = 4;

fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}

fn end_user() -> EndUser<'static> {
    EndUser::this_device("kiosk/1.0").unwrap()
}

fn publisher() -> Publisher {
    Publisher::new(ApiKey::new("K").unwrap(), Environment::Staging)
}

/// An impression with one tracker, which ends in this number.
fn impression(number: usize) -> Impression<String> {
    impression_of(number, 60 + number * 37 % 90)
}

/// The same with so many bytes more in its tracker.
fn impression_of(number: usize, padding: usize) -> Impression<String> {
    let mut session = Session::new(Family::Ssp, Policy::SERVER);
    let call = Call::Bid(BidRequest::opener("u", end_user()).unwrap());
    let (now, publisher) = (Instant::from_millis(0), publisher());
    session.poll_request(now, &mut Rate::default(), Millis(0), &publisher, call);
    let padding = "x".repeat(padding);
    let mut body = format!(
        "{{\"data\":{{\"bid\":{{\"headline\":\"H\",\"url\":\"https://s.example/r?n={number}&\
         view_url=https%3A%2F%2Fd.example%2F{padding}%2F{number}\"}}}}}}"
    )
    .into_bytes();
    match session.handle_response(&Head::new(200), &mut body) {
        Outcome::Ad(mut offers) => offers.next().unwrap().impression.map(str::to_owned),
        other => panic!("{other:?}"),
    }
}

/// Sends what is due, one report or all; their numbers in order.
fn sent(outbox: &mut Reports, now: Instant, most: usize) -> Vec<usize> {
    let mut numbers = Vec::new();
    while numbers.len() < most
        && let Some(due) = outbox.due(now)
    {
        let publisher = publisher();
        let request = outbox.request(due, &publisher, end_user()).unwrap();
        let mut url = [0; 300];
        let path = request.target(&mut url).unwrap().path;
        numbers.push(path.rsplit_once('/').unwrap().1.parse().unwrap());
        assert!(outbox.settle(now, due, Ok(204)));
    }
    numbers
}

/// What a device has done, and knows that it has.
#[derive(Default)]
struct Ledger {
    put: Vec<usize>,
    /// Saved as waiting, and not sent since.
    waits: BTreeSet<usize>,
    /// Saved as gone.
    gone: BTreeSet<usize>,
    /// Sent, and not yet saved as gone.
    between: BTreeSet<usize>,
}

/// Puts reports in and sends some, for as long as there is power: `Err` when it is cut.
fn live(
    store: &mut FlashStore<Part>,
    outbox: &mut Reports,
    ledger: &mut Ledger,
    rounds: usize,
) -> Result<(), FlashError> {
    let mut scratch = [0; 512];
    for round in 0..rounds {
        let now = Instant::from_millis(round as u64 * 1000);
        let wall = UnixMillis(NOON.0 + now.as_millis());
        outbox.impression(now, impression(round));
        ledger.put.push(round);
        run(store.save(outbox, now, wall, &mut scratch))?;
        ledger.waits.insert(round);
        if round % 3 == 2 {
            let sent = sent(outbox, now, 2 + round % 2 * 9);
            ledger.waits.retain(|number| !sent.contains(number));
            ledger.between.extend(sent);
            run(store.save(outbox, now, wall, &mut scratch))?;
            ledger.gone.append(&mut ledger.between);
        }
    }
    Ok(())
}

fn store(part: Part) -> FlashStore<Part> {
    let end = u32::try_from(part.bytes.len()).unwrap();
    FlashStore::new(part, 0..end).unwrap()
}

const ROUNDS: usize = 40;

#[test]
fn a_power_cut_at_any_operation_loses_nothing_that_was_saved() {
    let mut whole = store(Part::new(PAGES));
    live(&mut whole, &mut Reports::new(), &mut Ledger::default(), ROUNDS).unwrap();
    let whole = whole.into_flash();
    assert!(whole.erased.iter().all(|times| *times >= 1), "it wraps around: {:?}", whole.erased);
    assert!(whole.operations > 150, "{} operations", whole.operations);
    for at in 0..whole.operations {
        for cut in [Cut::Before, Cut::Torn, Cut::Behind] {
            let mut first = store(Part { cut: Some((at, cut)), ..Part::new(PAGES) });
            let mut ledger = Ledger::default();
            let ended = live(&mut first, &mut Reports::new(), &mut ledger, ROUNDS);
            // The last operation of all may be done before anybody asks for more.
            assert!(ended.is_err(), "{cut:?} at {at}");
            holds_what_it_should(first.into_flash().again(), &ledger, &format!("{cut:?} at {at}"));
        }
    }
}

/// Opens the store after a cut, and holds it against what the device knew.
fn holds_what_it_should(part: Part, ledger: &Ledger, case: &str) {
    let (mut store, mut outbox, mut scratch) = (store(part), Reports::new(), [0; 512]);
    let now = Instant::from_millis(7);
    let wall = UnixMillis(NOON.0 + 60_000);
    run(store.load(&mut outbox, now, wall, &mut scratch)).expect(case);
    // It goes on as a store.
    outbox.impression(now, impression(ROUNDS));
    run(store.save(&outbox, now, wall, &mut scratch)).expect(case);
    let mut again = Reports::new();
    run(store.load(&mut again, now, wall, &mut scratch)).expect(case);
    assert!(again.serials().eq(outbox.serials()), "{case}");
    let mut found = sent(&mut again, now, usize::MAX);
    assert_eq!(found.pop(), Some(ROUNDS), "{case}");
    assert!(
        found.is_sorted() && found.windows(2).all(|pair| pair[0] != pair[1]),
        "{case}: {found:?}"
    );
    let found: BTreeSet<_> = found.into_iter().collect();
    assert!(found.is_superset(&ledger.waits), "{case}: lost {:?}", &ledger.waits - &found);
    assert!(found.is_disjoint(&ledger.gone), "{case}: sent again {:?}", &found & &ledger.gone);
    assert!(found.iter().all(|number| ledger.put.contains(number)), "{case}");
}

/// Whatever of the flash has rotted: nothing is made up, nothing hangs, and the store is usable again.
#[test]
fn a_bit_that_has_rotted_makes_no_report_that_nobody_put() {
    let (mut first, mut ledger) = (store(Part::new(PAGES)), Ledger::default());
    live(&mut first, &mut Reports::new(), &mut ledger, 25).unwrap();
    let whole = first.into_flash();
    let mut unread = 0;
    for place in 0..whole.bytes.len() {
        for bit in [0, 5] {
            let mut part = whole.clone();
            part.bytes[place] ^= 1 << bit;
            unread +=
                usize::from(reopens(part, &ledger, &format!("bit {bit} of byte {place}")).is_err());
        }
    }
    // Most of it is reports, and one that has rotted is passed over.
    assert!(unread < whole.bytes.len() / 10, "{unread}");
}

#[test]
fn flash_that_was_never_a_store_is_none_or_is_refused() {
    let mut noise = 1_u32;
    for round in 0..200 {
        let mut part = Part::new(PAGES);
        for byte in &mut part.bytes {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = if round == 0 { 0 } else { noise.to_be_bytes()[0] };
        }
        reopens(part, &Ledger::default(), &format!("noise {round}")).ok();
    }
}

#[test]
fn flash_that_does_not_keep_what_it_is_given_is_found_out() {
    let (mut store, mut outbox) =
        (store(Part { is_worn: true, ..Part::new(PAGES) }), Reports::new());
    let (now, mut scratch) = (Instant::from_millis(0), [0; 512]);
    outbox.impression(now, impression(1));
    let saved = run(store.save(&outbox, now, NOON, &mut scratch));
    assert_eq!((saved, outbox.len()), (Err(FlashError::Corrupted), 1));
}

/// Opens the store, by force where it will not, and uses it: what it gave was put in once.
fn reopens(part: Part, ledger: &Ledger, case: &str) -> Result<(), FlashError> {
    let (mut store, mut outbox, mut scratch) = (store(part), Reports::new(), [0; 512]);
    let now = Instant::from_millis(7);
    let wall = UnixMillis(NOON.0 + 60_000);
    let loaded = run(store.load(&mut outbox, now, wall, &mut scratch));
    let found = sent(&mut outbox, now, usize::MAX);
    assert!(found.iter().all(|number| ledger.put.contains(number)), "{case}: {found:?}");
    outbox.impression(now, impression(ROUNDS));
    if run(store.save(&outbox, now, wall, &mut scratch)).is_err() {
        run(store.forget()).expect(case);
        run(store.save(&outbox, now, wall, &mut scratch)).expect(case);
    }
    let mut again = Reports::new();
    run(store.load(&mut again, now, wall, &mut scratch)).expect(case);
    assert_eq!(sent(&mut again, now, usize::MAX).pop(), Some(ROUNDS), "{case}");
    loaded.map(drop)
}

#[test]
fn what_is_old_by_the_time_of_day_does_not_come_back() {
    let (mut first, mut outbox, mut scratch) = (store(Part::new(PAGES)), Reports::new(), [0; 512]);
    let now = Instant::from_millis(0);
    outbox.impression(now, impression(1));
    run(first.save(&outbox, now, NOON, &mut scratch)).unwrap();
    let part = first.into_flash();
    for (later, waiting) in [(0, 1), (899_999, 1), (900_000, 0), (86_400_000, 0)] {
        let (mut second, mut outbox) = (store(part.clone()), Reports::new());
        let wall = UnixMillis(NOON.0 + later);
        assert_eq!(run(second.load(&mut outbox, now, wall, &mut scratch)), Ok(waiting), "{later}");
    }
}

#[test]
fn nothing_is_written_where_nothing_waits() {
    let (mut store, mut outbox, mut scratch) = (store(Part::new(PAGES)), Reports::new(), [0; 512]);
    for round in 0..100 {
        let now = Instant::from_millis(round * 60_000);
        outbox.impression(now, impression(1));
        sent(&mut outbox, now, usize::MAX);
        let wall = UnixMillis(NOON.0 + now.as_millis());
        run(store.save(&outbox, now, wall, &mut scratch)).unwrap();
    }
    assert_eq!(store.into_flash().operations, 0);
}

/// What the documentation of `FlashStore` says of the part's life.
#[test]
fn a_day_of_nothing_but_outage_erases_a_page_of_four_kilobytes_44_times_at_most() {
    let (mut store, mut outbox) = (store(Part::new(16)), Outbox::<16, 4096>::new());
    let mut scratch = [0; 512];
    for minute in 0..24 * 60 {
        let now = Instant::from_millis(minute * 60_000);
        let wall = UnixMillis(NOON.0 + now.as_millis());
        let number = usize::try_from(minute).unwrap();
        outbox.impression(now, impression_of(2 * number, 180));
        outbox.impression(now, impression_of(2 * number + 1, 180));
        run(store.save(&outbox, now, wall, &mut scratch)).unwrap();
    }
    assert_eq!(outbox.len(), 16);
    let erased: usize = store.into_flash().erased.iter().sum();
    // Four pages of 4 KB, here in 16 parts.
    assert!((32..=44).contains(&(erased / 16)), "{erased}");
}

#[test]
fn withdrawn_consent_leaves_nothing_to_read() {
    let (mut store, mut outbox, mut scratch) = (store(Part::new(PAGES)), Reports::new(), [0; 512]);
    let now = Instant::from_millis(0);
    outbox.impression(now, impression(1));
    run(store.save(&outbox, now, NOON, &mut scratch)).unwrap();
    outbox.clear();
    run(store.forget()).unwrap();
    assert!(store.into_flash().bytes.iter().all(|byte| *byte == 0xff));
}

#[test]
fn a_store_says_what_is_wrong_with_it() {
    assert!(FlashStore::new(Part::new(1), 0..100).is_none());
    let (mut store, mut outbox) = (store(Part::new(PAGES)), Reports::new());
    let now = Instant::from_millis(0);
    outbox.impression(now, impression(1));
    assert_eq!(run(store.save(&outbox, now, NOON, &mut [0; 64])), Err(FlashError::TooLong));
    assert_eq!(outbox.len(), 1);
}
