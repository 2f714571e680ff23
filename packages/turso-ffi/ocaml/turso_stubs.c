/*
 * The C side of Turso.Raw: hands bytes over to turso.h's functions and their answers back, as they are.
 *
 * What OCaml passes is copied before the runtime lock is released, since the collector moves it meanwhile. The copies and
 * the answer belong to a block of the collector's: entering a blocking section runs signal handlers, which may raise, and so may
 * an allocation, and then the block's finaliser frees them.
 */
#define CAML_NAME_SPACE
#include <stdlib.h>
#include <string.h>

#include <caml/alloc.h>
#include <caml/custom.h>
#include <caml/fail.h>
#include <caml/memory.h>
#include <caml/mlvalues.h>
#include <caml/signals.h>

#include "turso.h"

#define INPUTS 4

struct call {
  turso_bytes in[INPUTS];
  turso_buffer out;
};

#define Call_val(v) (*(struct call **)Data_custom_val(v))

static void free_call(value owner) {
  struct call *call = Call_val(owner);
  if (call == NULL) return;
  Call_val(owner) = NULL;
  for (int i = 0; i < INPUTS; i++) free((void *)call->in[i].data);
  turso_buffer_free(&call->out);
  free(call);
}

static struct custom_operations call_operations = {
    "turso.call",
    free_call,
    custom_compare_default,
    custom_hash_default,
    custom_serialize_default,
    custom_deserialize_default,
    custom_compare_ext_default,
    custom_fixed_length_default,
};

static turso_bytes copied(value string) {
  turso_bytes bytes = {NULL, caml_string_length(string)};
  if (bytes.len == 0) return bytes;
  uint8_t *data = malloc(bytes.len);
  if (data == NULL) caml_raise_out_of_memory();
  memcpy(data, String_val(string), bytes.len);
  bytes.data = data;
  return bytes;
}

/* A call with copies of up to four strings; those that are no strings but Val_unit are left out. */
static value begin_call(value a, value b, value c, value d) {
  CAMLparam4(a, b, c, d);
  CAMLlocal1(owner);
  owner = caml_alloc_custom(&call_operations, sizeof(struct call *), 0, 1);
  Call_val(owner) = NULL;
  struct call *call = calloc(1, sizeof(struct call));
  if (call == NULL) caml_raise_out_of_memory();
  Call_val(owner) = call;
  value strings[INPUTS] = {a, b, c, d};
  for (int i = 0; i < INPUTS; i++)
    if (Is_block(strings[i])) call->in[i] = copied(strings[i]);
  CAMLreturn(owner);
}

/* Turso.Raw.reply: { status; id; bytes }. */
static value end_call(value owner, turso_status status, int64_t id) {
  CAMLparam1(owner);
  CAMLlocal2(bytes, reply);
  turso_buffer *out = &Call_val(owner)->out;
  bytes = caml_alloc_initialized_string(out->len, out->len == 0 ? "" : (const char *)out->data);
  free_call(owner);
  reply = caml_alloc_small(3, 0);
  Field(reply, 0) = Val_int(status);
  Field(reply, 1) = Val_long(id);
  Field(reply, 2) = bytes;
  CAMLreturn(reply);
}

/* Runs EXPRESSION, which sees `call`, `id` and `made` (an id that it may set), without the runtime lock. The strings that it
 * takes are S1 to S4. */
#define CALL4(S1, S2, S3, S4, EXPRESSION)          \
  CAMLparam0();                                    \
  CAMLlocal1(owner);                               \
  owner = begin_call(S1, S2, S3, S4);              \
  struct call *call = Call_val(owner);             \
  int64_t made = 0;                                \
  caml_enter_blocking_section();                   \
  turso_status status = (EXPRESSION);              \
  caml_leave_blocking_section();                   \
  CAMLreturn(end_call(owner, status, made))

#define CALL(S1, S2, S3, EXPRESSION) CALL4(S1, S2, S3, Val_unit, EXPRESSION)

/* The forms that functions of turso.h have, each as a primitive. */
#define PRIMITIVE_ID(NAME)                                    \
  CAMLprim value caml_##NAME(value v_id) {                    \
    int64_t id = Long_val(v_id);                              \
    CALL(Val_unit, Val_unit, Val_unit, NAME(id, &call->out)); \
  }

#define PRIMITIVE_ID_BYTES(NAME)                                       \
  CAMLprim value caml_##NAME(value v_id, value a) {                    \
    int64_t id = Long_val(v_id);                                       \
    CALL(a, Val_unit, Val_unit, NAME(id, call->in[0], &call->out));    \
  }

#define PRIMITIVE_ID_BYTES_BYTES(NAME)                                       \
  CAMLprim value caml_##NAME(value v_id, value a, value b) {                 \
    int64_t id = Long_val(v_id);                                             \
    CALL(a, b, Val_unit, NAME(id, call->in[0], call->in[1], &call->out));    \
  }

PRIMITIVE_ID(turso_sync)
PRIMITIVE_ID(turso_close_connection)
PRIMITIVE_ID(turso_stats)
PRIMITIVE_ID(turso_next_event)
PRIMITIVE_ID(turso_statement_close)
PRIMITIVE_ID(turso_cursor_close)
PRIMITIVE_ID(turso_commit)
PRIMITIVE_ID(turso_rollback)

PRIMITIVE_ID_BYTES(turso_set_token)
PRIMITIVE_ID_BYTES(turso_execute_batch)
PRIMITIVE_ID_BYTES(turso_statement_query)
PRIMITIVE_ID_BYTES(turso_statement_execute)

PRIMITIVE_ID_BYTES_BYTES(turso_query)
PRIMITIVE_ID_BYTES_BYTES(turso_execute)
PRIMITIVE_ID_BYTES_BYTES(turso_insert_rows)
PRIMITIVE_ID_BYTES_BYTES(turso_transaction_query)
PRIMITIVE_ID_BYTES_BYTES(turso_transaction_execute)

CAMLprim value caml_turso_version(value unit) {
  (void)unit;
  return caml_copy_string(turso_version());
}

CAMLprim value caml_turso_init_runtime(value unit) {
  CALL(unit, Val_unit, Val_unit, turso_init_runtime(&call->out));
}

/* `v_options` is a Turso.Raw.options. */
CAMLprim value caml_turso_open(value v_options) {
  turso_options options = {
      .auto_sync = (uint32_t)Long_val(Field(v_options, 3)),
      .sync_interval_ms = (uint32_t)Long_val(Field(v_options, 4)),
      .timeout_ms = (uint32_t)Long_val(Field(v_options, 5)),
      .max_retries = (uint32_t)Long_val(Field(v_options, 6)),
      .offline_start = (uint32_t)Bool_val(Field(v_options, 8)),
      .slow_statement_ms = (uint32_t)Long_val(Field(v_options, 9)),
  };
  CALL4(Field(v_options, 0), Field(v_options, 1), Field(v_options, 2), Field(v_options, 7),
        (options.db_path = call->in[0], options.url = call->in[1], options.token = call->in[2],
         options.encryption_key = call->in[3], turso_open(&options, &made, &call->out)));
}

CAMLprim value caml_turso_set_auto_sync(value v_id, value v_mode, value v_interval) {
  int64_t id = Long_val(v_id);
  uint32_t mode = (uint32_t)Long_val(v_mode), interval = (uint32_t)Long_val(v_interval);
  CALL(Val_unit, Val_unit, Val_unit, turso_set_auto_sync(id, mode, interval, &call->out));
}

CAMLprim value caml_turso_prepare(value v_id, value sql) {
  int64_t id = Long_val(v_id);
  CALL(sql, Val_unit, Val_unit, turso_prepare(id, call->in[0], &made, &call->out));
}

CAMLprim value caml_turso_cursor_open(value v_id, value sql, value params) {
  int64_t id = Long_val(v_id);
  CALL(sql, params, Val_unit, turso_cursor_open(id, call->in[0], call->in[1], &made, &call->out));
}

CAMLprim value caml_turso_cursor_next(value v_id, value v_max_rows) {
  int64_t id = Long_val(v_id);
  uint32_t max_rows = (uint32_t)Long_val(v_max_rows);
  CALL(Val_unit, Val_unit, Val_unit, turso_cursor_next(id, max_rows, &call->out));
}

CAMLprim value caml_turso_begin(value v_id) {
  int64_t id = Long_val(v_id);
  CALL(Val_unit, Val_unit, Val_unit, turso_begin(id, &made, &call->out));
}
