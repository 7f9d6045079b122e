package dev.cairn.model;

/** Why a replica does not admit a row: words that travel between nodes. Only ever added to. */
enum Denial {
    BUCKET_GONE,
    BUCKET_NOT_EMPTY,
    /** So many values of an item that nobody has read and replaced. */
    TOO_MANY_VALUES,
    /** What is to be continued or ended is over already. */
    ENDED;

    /** What callers see of a word that a replica gave; one of a newer version counts as the last, which makes them look again. */
    static RuntimeException exception(String word) {
        for (Denial denial : values()) {
            if (denial.name().equals(word)) {
                return denial.refusal().asException();
            }
        }
        return ENDED.refusal().asException();
    }

    private Refusal refusal() {
        return switch (this) {
            case BUCKET_GONE -> new Refusal.BucketGone();
            case BUCKET_NOT_EMPTY -> new Refusal.BucketNotEmpty();
            case TOO_MANY_VALUES -> new Refusal.TooManyValues();
            case ENDED -> new Refusal.Ended();
        };
    }
}
