//! The pacing machine in every order of events, in scenes that are small enough for a test; `pacing_model` has the rest.

use thrads_tests::model::{Mutant, Pacing, Scene};

#[test]
fn every_invariant_holds_in_every_quick_scene() {
    for scene in Scene::ALL.map(Scene::quick) {
        let explored = Pacing { scene, mutant: None }.explore(2);
        assert!(explored.broken.is_empty(), "{}: {:?}", scene.name, explored.broken);
        assert!(explored.states > 500, "{}: only {} states", scene.name, explored.states);
    }
}

#[test]
fn each_planted_mistake_is_found_by_its_invariant() {
    for mutant in Mutant::ALL {
        let explored = Pacing { scene: mutant.scene().quick(), mutant: Some(mutant) }.explore(2);
        let invariant = mutant.breaks().invariant();
        let is_found = explored.broken.iter().any(|(broken, _)| *broken == invariant);
        assert!(is_found, "{mutant}: {:?}", explored.broken);
    }
}
