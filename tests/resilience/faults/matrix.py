"""Every fault that is provided for, and the tests that show what becomes of it.

Who uses the library finds the same rows in docs/reliability.md, with what a client sees.
"""

MATRIX = {
    "S3 down": [
        "resilience/faults/test_store.py::test_a_store_that_is_down_or_hangs_is_a_503_and_may_be_repeated",
        "resilience/faults/test_listening.py::test_a_store_that_is_down_or_hangs_is_a_503",
        "resilience/faults/test_partition.py::test_what_was_begun_when_they_went_is_swept_when_they_are_back",
    ],
    "S3 slow or hanging": [
        "resilience/faults/test_store.py::test_a_store_that_is_down_or_hangs_is_a_503_and_may_be_repeated",
        "resilience/faults/test_store.py::test_slices_and_delays_change_nothing",
        "resilience/faults/test_listening.py::test_a_store_that_is_down_or_hangs_is_a_503",
    ],
    "S3 500, 503 SlowDown": [
        "resilience/faults/test_s3_answers.py::test_a_failure_that_passes_is_tried_again",
        "resilience/faults/test_s3_answers.py::test_one_that_lasts_is_told_after_three_tries",
    ],
    "S3 partial write, reset in a part": [
        "resilience/faults/test_store.py::test_a_part_that_is_cut_is_sent_again",
        "resilience/faults/test_partition.py::test_what_was_begun_when_they_went_is_swept_when_they_are_back",
    ],
    "S3 200 with an error, completion lost": [
        "resilience/faults/test_s3_answers.py::test_a_completion_answered_200_with_an_error_is_no_success",
        "resilience/faults/test_store.py::test_a_completion_whose_answer_is_lost_is_found_to_be_ours",
    ],
    "S3 412 on our key": [
        "resilience/faults/test_store.py::test_a_put_whose_answer_is_lost_is_found_to_be_ours"
    ],
    "S3 breaks off while somebody listens": [
        "resilience/faults/test_listening.py::test_a_body_that_is_cut_never_looks_whole"
    ],
    "S3 bit rot, object deleted behind us": [
        "e2e/test_damage.py::test_a_missing_object_is_an_error",
        "e2e/test_damage.py::test_a_flipped_bit_is_an_error",
        "e2e/test_damage.py::test_a_flipped_bit_far_on_ends_the_body_before_it",
        "resilience/corruption/test_damage_rounds.py::test_every_damage_is_found_and_none_is_read",
    ],
    "a late write under a dead key": [
        "unit/test_save.py::test_a_late_object_is_swept_at_the_end_of_its_tombstone"
    ],
    "MongoDB down at the intent": [
        "resilience/faults/test_metadata.py::test_before_the_save_begins_it_is_a_503_and_nothing_is_stored",
        "unit/test_save.py::test_no_byte_is_fetched_where_no_intent_can_be_written",
    ],
    "MongoDB down at the commit": [
        "resilience/faults/test_metadata.py::test_a_commit_that_nobody_hears_of_is_unknown_and_deletes_nothing",
        "unit/test_save.py::test_an_unknown_commit_deletes_nothing",
        "resilience/faults/test_partition.py::test_what_was_begun_when_they_went_is_swept_when_they_are_back",
        "resilience/network/test_failpoints.py::test_a_save_that_can_not_be_called_off_is_ended_by_the_recoverer",
    ],
    "a commit whose answer is lost": [
        "unit/test_save.py::test_a_commit_whose_answer_is_lost_once_is_read_back",
        "resilience/network/test_failpoints.py::test_a_write_whose_answers_are_lost_is_read_back_or_repeated",
    ],
    "MongoDB fails over, or its majority is silent": [
        "resilience/network/test_failpoints.py::test_a_fault_that_passes_is_not_noticed",
        "resilience/network/test_failpoints.py::test_a_fault_that_stays_is_told_and_the_request_can_be_repeated",
    ],
    "an intent that is there already": [
        "resilience/network/test_failpoints.py::test_a_write_whose_answers_are_lost_is_read_back_or_repeated"
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
        "resilience/faults/test_source.py::test_a_generator_that_is_down_is_a_502",
        "resilience/faults/test_source.py::test_a_generator_that_fails_is_told_and_may_be_asked_again",
    ],
    "no such temp file": [
        "e2e/test_refusals.py::test_a_file_that_is_absent_is_refused_and_may_come_later",
        "unit/test_save.py::test_an_absent_source_leaves_nothing_and_frees_the_key",
        "resilience/faults/test_source.py::test_a_generator_that_fails_is_told_and_may_be_asked_again",
    ],
    "truncated, of a wrong length": [
        "e2e/test_refusals.py::test_a_file_that_ends_early_is_refused",
        "unit/test_save.py::test_a_source_shorter_than_declared_is_truncated",
        "integration/test_http_source.py::test_once_bytes_were_handed_on_nothing_is_tried_again",
        "resilience/faults/test_source.py::test_a_generator_that_fails_is_told_and_may_be_asked_again",
    ],
    "a temp file that changes": [
        "resilience/faults/test_source.py::test_a_file_that_changes_between_two_tries_is_saved_as_it_was_last"
    ],
    "cleanup fails for a while, for good": [
        "unit/test_clean_up.py::test_a_failed_attempt_is_made_again_later_and_later",
        "unit/test_clean_up.py::test_after_a_day_it_is_dead_and_says_why",
        "e2e/test_operators.py::test_the_commands_for_cleanups",
        "resilience/faults/test_cleanup.py::test_a_failure_that_passes_is_tried_again",
        "resilience/races/test_outage.py::test_after_an_hour_of_failures_all_is_clean_in_a_quarter_of_an_hour",
        "resilience/races/test_outage.py::test_failures_for_ever_end_dead_after_a_day",
    ],
    "cleanup 404, 410": [
        "unit/test_clean_up.py::test_a_file_that_is_gone_already_is_done",
        "resilience/faults/test_cleanup.py::test_a_file_that_is_gone_already_is_done",
    ],
    "cleanup refused": [
        "unit/test_clean_up.py::test_a_refusal_is_final",
        "resilience/faults/test_cleanup.py::test_a_refusal_is_final_until_an_operator_says_otherwise",
        "integration/test_http_adapters.py::test_every_answer_to_a_cleanup_has_its_meaning",
    ],
    "a newer file of the same name": [
        "unit/test_clean_up.py::test_a_newer_file_of_the_same_name_is_left_alone",
        "resilience/races/test_outage.py::test_a_newer_file_of_the_same_name_survives_a_late_delete",
    ],
    "a worker dies with its hands full": [
        "unit/test_clean_up.py::test_a_worker_that_died_is_stood_in_for_when_its_lease_ends",
        "resilience/races/test_races.py::test_workers_drain_the_outbox_and_one_that_dies_is_replaced",
        "resilience/faults/test_cleanup.py::test_a_deletion_that_could_not_be_noted_is_asked_for_again",
    ],
    "disk full": [
        "resilience/faults/test_process.py::test_a_full_disk_is_a_507_and_leaves_nothing",
        "resilience/crash/test_syscalls.py::test_a_fault_loses_and_leaves_nothing",
        "resilience/faults/test_disk.py::test_a_disk_that_is_full_is_a_507_and_what_it_holds_is_served",
        "resilience/faults/test_disk.py::test_a_disk_that_fills_up_under_a_save_keeps_nothing_of_it",
    ],
    "EIO on fsync": ["resilience/crash/test_syscalls.py::test_a_fault_loses_and_leaves_nothing"],
    "clocks that jump": [
        "resilience/faults/test_process.py::test_a_clock_that_jumps_loses_nothing"
    ],
    "SIGTERM": [
        "e2e/test_processes.py::test_a_running_save_is_finished_before_the_service_ends",
        "resilience/faults/test_start.py::test_a_save_that_outlasts_the_end_is_swept_by_the_next_service",
        "resilience/network/test_shutdown.py::test_a_mongodb_that_swallows_everything_does_not_hold_up_the_end",
    ],
    "SIGKILL": [
        "e2e/test_processes.py::test_a_killed_save_leaves_nothing_and_can_be_repeated",
        "e2e/test_processes.py::test_a_save_that_was_answered_survives_a_kill",
        "resilience/crash/test_kills.py::test_a_save_killed_at_any_moment_loses_and_leaves_nothing",
    ],
    "the client goes away": [
        "resilience/faults/test_process.py::test_a_client_that_goes_away_is_saved_for_nonetheless"
    ],
    "two saves of one temp file": [
        "e2e/test_save_and_listen.py::test_one_key_saves_one_asset_whoever_races",
        "resilience/races/test_races.py::test_a_hundred_saves_under_one_key_are_one_asset",
        "resilience/faults/test_source.py::test_two_tenants_who_can_name_a_temp_file_both_have_it",
    ],
    "the recoverer races a live save": [
        "unit/test_save.py::test_a_fenced_save_is_called_off_wherever_it_stands",
        "resilience/faults/test_source.py::test_a_save_that_stood_still_too_long_has_lost_its_lease",
    ],
    "the bucket is gone": [
        "resilience/faults/test_store.py::test_a_bucket_that_is_gone_makes_the_service_unready",
        "integration/test_s3_probe.py::test_a_missing_bucket_is_made_only_where_that_is_allowed",
    ],
    "a store is not there, an index is missing at the start": [
        "resilience/faults/test_start.py::test_a_store_that_is_not_there_stops_the_start_in_one_line",
        "resilience/faults/test_start.py::test_an_index_that_is_missing_is_made_or_stops_the_start",
    ],
    "the store breaks its promises": [
        "integration/test_s3_probe.py::test_servers_that_break_them_are_refused"
    ],
}
