"""Every fault that is provided for, and the tests that show what becomes of it.

Who uses the library finds the same rows in docs/reliability.md, with what a client sees.
"""

MATRIX = {
    "S3 down": [
        "faults/test_store.py::test_a_store_that_is_down_or_hangs_is_a_503_and_may_be_repeated"
    ],
    "S3 slow or hanging": [
        "faults/test_store.py::test_a_store_that_is_down_or_hangs_is_a_503_and_may_be_repeated",
        "faults/test_store.py::test_slices_and_delays_change_nothing",
    ],
    "S3 500, 503 SlowDown": [
        "faults/test_s3_answers.py::test_a_failure_that_passes_is_tried_again",
        "faults/test_s3_answers.py::test_one_that_lasts_is_told_after_three_tries",
    ],
    "S3 partial write, reset in a part": [
        "faults/test_store.py::test_a_part_that_is_cut_is_sent_again"
    ],
    "S3 200 with an error, completion lost": [
        "faults/test_s3_answers.py::test_a_completion_answered_200_with_an_error_is_no_success",
        "faults/test_store.py::test_a_completion_whose_answer_is_lost_is_found_to_be_ours",
    ],
    "S3 412 on our key": [
        "faults/test_store.py::test_a_put_whose_answer_is_lost_is_found_to_be_ours"
    ],
    "S3 bit rot, object deleted behind us": [
        "e2e/test_damage.py::test_a_missing_object_is_an_error",
        "e2e/test_damage.py::test_a_flipped_bit_is_an_error",
        "e2e/test_damage.py::test_a_flipped_bit_far_on_ends_the_body_before_it",
        "damage/test_damage_rounds.py::test_every_damage_is_found_and_none_is_read",
    ],
    "a late write under a dead key": [
        "unit/test_save.py::test_a_late_object_is_swept_at_the_end_of_its_tombstone"
    ],
    "MongoDB down at the intent": [
        "faults/test_metadata.py::test_before_the_save_begins_it_is_a_503_and_nothing_is_stored",
        "unit/test_save.py::test_no_byte_is_fetched_where_no_intent_can_be_written",
    ],
    "MongoDB down at the commit": [
        "faults/test_metadata.py::test_a_commit_that_nobody_hears_of_is_unknown_and_deletes_nothing",
        "unit/test_save.py::test_an_unknown_commit_deletes_nothing",
    ],
    "a commit whose answer is lost": [
        "unit/test_save.py::test_a_commit_whose_answer_is_lost_once_is_read_back"
    ],
    "a taken idempotency key": [
        "unit/test_save.py::test_a_replay_never_looks_at_the_source",
        "unit/test_save.py::test_a_request_whose_first_is_still_running_is_told_so",
        "unit/test_save.py::test_another_request_under_the_same_key_is_a_conflict",
    ],
    "the generator down, slow, redirecting": [
        "integration/test_http_source.py::test_a_bad_answer_is_the_right_error_and_its_connection_is_let_go",
        "integration/test_http_source.py::test_until_the_first_byte_it_is_tried_again",
        "integration/test_http_source.py::test_a_redirect_is_not_followed",
    ],
    "no such temp file": [
        "e2e/test_refusals.py::test_a_file_that_is_absent_is_refused_and_may_come_later",
        "unit/test_save.py::test_an_absent_source_leaves_nothing_and_frees_the_key",
    ],
    "truncated, of a wrong length": [
        "e2e/test_refusals.py::test_a_file_that_ends_early_is_refused",
        "unit/test_save.py::test_a_source_shorter_than_declared_is_truncated",
        "integration/test_http_source.py::test_once_bytes_were_handed_on_nothing_is_tried_again",
    ],
    "cleanup fails for a while, for good": [
        "unit/test_clean_up.py::test_a_failed_attempt_is_made_again_later_and_later",
        "unit/test_clean_up.py::test_after_a_day_it_is_dead_and_says_why",
        "e2e/test_operators.py::test_the_commands_for_cleanups",
    ],
    "cleanup 404, 410": ["unit/test_clean_up.py::test_a_file_that_is_gone_already_is_done"],
    "cleanup refused": ["unit/test_clean_up.py::test_a_refusal_is_final"],
    "a newer file of the same name": [
        "unit/test_clean_up.py::test_a_newer_file_of_the_same_name_is_left_alone"
    ],
    "a worker dies with its hands full": [
        "unit/test_clean_up.py::test_a_worker_that_died_is_stood_in_for_when_its_lease_ends",
        "races/test_races.py::test_workers_drain_the_outbox_and_one_that_dies_is_replaced",
    ],
    "disk full": [
        "faults/test_process.py::test_a_full_disk_is_a_507_and_leaves_nothing",
        "crash/test_syscalls.py::test_a_fault_loses_and_leaves_nothing",
    ],
    "EIO on fsync": ["crash/test_syscalls.py::test_a_fault_loses_and_leaves_nothing"],
    "clocks that jump": ["faults/test_process.py::test_a_clock_that_jumps_loses_nothing"],
    "SIGTERM": ["e2e/test_processes.py::test_a_running_save_is_finished_before_the_service_ends"],
    "SIGKILL": [
        "e2e/test_processes.py::test_a_killed_save_leaves_nothing_and_can_be_repeated",
        "e2e/test_processes.py::test_a_save_that_was_answered_survives_a_kill",
        "crash/test_kills.py::test_a_save_killed_at_any_moment_loses_and_leaves_nothing",
    ],
    "the client goes away": [
        "faults/test_process.py::test_a_client_that_goes_away_is_saved_for_nonetheless"
    ],
    "two saves of one temp file": [
        "e2e/test_save_and_listen.py::test_one_key_saves_one_asset_whoever_races",
        "races/test_races.py::test_a_hundred_saves_under_one_key_are_one_asset",
    ],
    "the recoverer races a live save": [
        "unit/test_save.py::test_a_fenced_save_is_called_off_wherever_it_stands"
    ],
    "the bucket is gone": [
        "faults/test_store.py::test_a_bucket_that_is_gone_makes_the_service_unready"
    ],
    "the store breaks its promises": [
        "integration/test_s3_probe.py::test_servers_that_break_them_are_refused"
    ],
}
