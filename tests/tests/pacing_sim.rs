//! A day of a few kiosks keeps what a day of a thousand must, and repeats to the last call.

use thrads_tests::sim::{Fleet, broken, picture, table};

#[test]
fn a_day_keeps_its_invariants_and_repeats() {
    let fleets = Fleet::all();
    let days = fleets.map(|fleet| fleet.play(40));
    assert_eq!(broken(&days), Vec::<String>::new(), "{}", table(&fleets, &days));
    let [.., again] = fleets.map(|fleet| fleet.play(40));
    assert_eq!(again.door, days[3].door);
    let picture = picture(&fleets, &days);
    assert!(picture.starts_with("<svg") && picture.ends_with("</svg>\n"));
}
