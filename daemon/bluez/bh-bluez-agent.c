/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A question is the call of BlueZ itself, kept until it is answered.
 */
#include "bh-bluez-agent.h"

#include "bh-bluez-names.h"

#define AGENT_PATH "/org/blehub/agent"
#define REJECTED "org.bluez.Error.Rejected"
#define CANCELED "org.bluez.Error.Canceled"

struct BhBluezAgent {
    BhBluezBus *bus; /* borrowed: outlives this */
    char *device;
    const BhBluezAgentHandler *handler; /* borrowed: outlives this */
    gpointer data;
    sd_bus_slot *object;
    sd_bus_slot *offer; /* not answered yet */
    gboolean registered;
    sd_bus_message *question; /* NULL = none open */
    BhPairingQuestionKind kind;
    gboolean declined;
};

static const char *const capabilities[] = {
    [BH_IO_DISPLAY_ONLY] = "DisplayOnly",
    [BH_IO_DISPLAY_YES_NO] = "DisplayYesNo",
    [BH_IO_KEYBOARD_ONLY] = "KeyboardOnly",
    [BH_IO_NO_INPUT_NO_OUTPUT] = "NoInputNoOutput",
    [BH_IO_KEYBOARD_DISPLAY] = "KeyboardDisplay",
};

/* Questions */

static void
drop_question(BhBluezAgent *self, const char *name)
{
    g_autoptr(sd_bus_message) question = g_steal_pointer(&self->question);

    if (question != NULL)
        sd_bus_reply_method_errorf(question, name, "declined");
}

static int
decline(sd_bus_message *message)
{
    return sd_bus_reply_method_errorf(message, REJECTED, "nobody asked for it");
}

/* Whether it is BlueZ, and about our device, whose path comes next. */
static gboolean
is_ours(BhBluezAgent *self, sd_bus_message *message)
{
    const char *device;

    return bh_bluez_bus_is_from_owner(self->bus, message) &&
           sd_bus_message_read_basic(message, 'o', &device) >= 0 &&
           g_str_equal(device, self->device);
}

static int
ask(BhBluezAgent *self, sd_bus_message *message, BhPairingQuestionKind kind, guint32 passkey)
{
    const BhPairingQuestion question = {.kind = kind, .passkey = passkey};

    drop_question(self, CANCELED);
    self->question = sd_bus_message_ref(message);
    self->kind = kind;
    self->handler->ask(self->data, &question);
    return 1;
}

static int
on_request_passkey(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    if (!is_ours(data, message))
        return decline(message);
    return ask(data, message, BH_PAIRING_ENTER_PASSKEY, 0);
}

static int
on_request_confirmation(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    guint32 passkey = 0;

    if (!is_ours(data, message) || sd_bus_message_read_basic(message, 'u', &passkey) < 0)
        return decline(message);
    return ask(data, message, BH_PAIRING_CONFIRM, passkey);
}

static int
on_request_authorization(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    if (!is_ours(data, message))
        return decline(message);
    return ask(data, message, BH_PAIRING_AUTHORIZE, 0);
}

/* Told again for each digit that is typed on the device; it is one question all the same. */
static int
on_display_passkey(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezAgent *self = data;
    BhPairingQuestion question = {.kind = BH_PAIRING_DISPLAY_PASSKEY};
    guint16 entered = 0;

    if (!is_ours(self, message) ||
        sd_bus_message_read(message, "uq", &question.passkey, &entered) < 0)
        return decline(message);
    int result = sd_bus_reply_method_return(message, NULL);
    if (entered == 0)
        self->handler->ask(self->data, &question);
    return result;
}

/* PIN codes are of classic Bluetooth, services of other programs. */
static int
on_unwanted(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    return decline(message);
}

static void
withdraw(BhBluezAgent *self)
{
    static const BhPairingQuestion withdrawn = {.kind = BH_PAIRING_WITHDRAWN};

    if (self->question == NULL)
        return;
    drop_question(self, CANCELED);
    self->handler->ask(self->data, &withdrawn);
}

static int
on_cancel(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezAgent *self = data;

    if (!bh_bluez_bus_is_from_owner(self->bus, message))
        return decline(message);
    withdraw(self);
    return sd_bus_reply_method_return(message, NULL);
}

static const sd_bus_vtable vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Release", "", "", on_cancel, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("RequestPinCode", "o", "s", on_unwanted, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("DisplayPinCode", "os", "", on_unwanted, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("RequestPasskey", "o", "u", on_request_passkey, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("DisplayPasskey", "ouq", "", on_display_passkey, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("RequestConfirmation",
                  "ou",
                  "",
                  on_request_confirmation,
                  SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("RequestAuthorization",
                  "o",
                  "",
                  on_request_authorization,
                  SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("AuthorizeService", "os", "", on_unwanted, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Cancel", "", "", on_cancel, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

/* Answers */

void
bh_bluez_agent_answer(BhBluezAgent *self, const BhPairingAnswer *answer)
{
    if (!answer->accepted) {
        self->declined |= self->question != NULL;
        drop_question(self, REJECTED);
        return;
    }
    g_autoptr(sd_bus_message) question = g_steal_pointer(&self->question);
    if (question == NULL)
        return;
    if (self->kind == BH_PAIRING_ENTER_PASSKEY)
        sd_bus_reply_method_return(question, "u", answer->passkey);
    else
        sd_bus_reply_method_return(question, NULL);
}

gboolean
bh_bluez_agent_has_declined(const BhBluezAgent *self)
{
    return self->declined;
}

/* Life */

static sd_bus_message *
new_call(BhBluezAgent *self, const char *method)
{
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(self->bus, BH_BLUEZ_ROOT, BH_BLUEZ_AGENT_MANAGER, method);

    if (message == NULL || sd_bus_message_append(message, "o", AGENT_PATH) < 0)
        return NULL;
    return g_steal_pointer(&message);
}

static int
on_offered(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezAgent *self = data;

    g_clear_pointer(&self->offer, sd_bus_slot_unref);
    self->handler->offered(self->data);
    return 1;
}

/* Its answer comes behind that of the registration. */
static sd_bus_message *
new_last_call(BhBluezAgent *self, sd_bus_message *registration, gboolean first)
{
    if (!first)
        return sd_bus_message_ref(registration);
    bh_bluez_bus_send_only(self->bus, registration);
    return new_call(self, "RequestDefaultAgent");
}

static gboolean
offer(BhBluezAgent *self, BhIoCapability capability, gboolean first, guint timeout_ms)
{
    g_autoptr(sd_bus_message) message = new_call(self, "RegisterAgent");

    if (message == NULL || sd_bus_message_append(message, "s", capabilities[capability]) < 0 ||
        sd_bus_add_object_vtable(self->bus->bus,
                                 &self->object,
                                 AGENT_PATH,
                                 BH_BLUEZ_AGENT,
                                 vtable,
                                 self) < 0)
        return FALSE;
    g_autoptr(sd_bus_message) last = new_last_call(self, message, first);
    self->offer = bh_bluez_bus_send(self->bus, last, timeout_ms, on_offered, self);
    self->registered = self->offer != NULL;
    return self->registered;
}

BhBluezAgent *
bh_bluez_agent_new(BhBluezBus *bus,
                   const char *device,
                   BhIoCapability capability,
                   gboolean first,
                   guint timeout_ms,
                   const BhBluezAgentHandler *handler,
                   gpointer data)
{
    BhBluezAgent *self = g_new0(BhBluezAgent, 1);

    self->bus = bus;
    self->device = g_strdup(device);
    self->handler = handler;
    self->data = data;
    if (offer(self, capability, first, timeout_ms))
        return self;
    bh_bluez_agent_free(self);
    return NULL;
}

/* BlueZ keeps the agent of a Pair for that alone. */
void
bh_bluez_agent_step_back(BhBluezAgent *self)
{
    if (!self->registered || self->bus->owner == NULL)
        return;
    g_autoptr(sd_bus_message) message = new_call(self, "UnregisterAgent");
    bh_bluez_bus_send_only(self->bus, message);
    self->registered = FALSE;
}

void
bh_bluez_agent_free(BhBluezAgent *self)
{
    drop_question(self, CANCELED);
    bh_bluez_agent_step_back(self);
    sd_bus_slot_unref(self->offer);
    sd_bus_slot_unref(self->object);
    g_free(self->device);
    g_free(self);
}
