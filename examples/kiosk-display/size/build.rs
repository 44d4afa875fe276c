//! The images have no run-time: they begin at the one function that each of them has.

fn main() {
    println!("cargo:rustc-link-arg-bins=-eentry");
}
