/* A reader for the JSON of the line protocol, and memory that is released after each line.
 *
 * It parses in place and does not decode \u escapes: no answer depends on one. */
#ifndef C_JSON_H
#define C_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct json {
    enum { JSON_NUMBER, JSON_STRING, JSON_LIST, JSON_WORD } kind; /* an object is a list with keys */
    double number;
    const char *text, *key;
    size_t length;
    struct json *first, *next;
} json;

static struct block { struct block *next; } *blocks;

/* Zeroed memory that lives until the next `release`. */
static void *take(size_t count, size_t size)
{
    struct block *block = NULL;
    if (count <= (SIZE_MAX - 2 * sizeof *block) / size)
        block = calloc(1, 2 * sizeof *block + count * size); /* two pointers keep the rest aligned */
    if (!block) {
        fputs("out of memory\n", stderr);
        exit(2);
    }
    block->next = blocks;
    blocks = block;
    return block + 2;
}

static void release(void)
{
    while (blocks) {
        struct block *next = blocks->next;
        free(blocks);
        blocks = next;
    }
}

static char *skip_space(char *at) { return at + strspn(at, " \t\r\n"); }

/* The text of a string whose opening quote is before `at`; NULL if it is unterminated. */
static char *read_string(char *at, const char **text)
{
    for (*text = at; *at != '"'; at++) {
        if (*at == '\\') at++;
        if (!*at) return NULL;
    }
    *at = '\0';
    return at + 1;
}

/* Reads one value into `value`; returns the position after it, or NULL if it is not JSON. */
static char *read_value(char *at, json *value)
{
    at = skip_space(at);
    if (*at == '"') {
        value->kind = JSON_STRING;
        return read_string(at + 1, &value->text);
    }
    if (*at == '[' || *at == '{') {
        bool object = *at == '{';
        json **last = &value->first;
        value->kind = JSON_LIST;
        for (at = skip_space(at + 1); *at != (object ? '}' : ']'); value->length++) {
            if (value->first) {
                if (*at != ',') return NULL;
                at = skip_space(at + 1);
            }
            json *child = *last = take(1, sizeof *child);
            last = &child->next;
            if (object) {
                if (*at != '"' || !(at = read_string(at + 1, &child->key))) return NULL;
                if (*(at = skip_space(at)) != ':') return NULL;
                at++;
            }
            if (!(at = read_value(at, child))) return NULL;
            at = skip_space(at);
        }
        return at + 1;
    }
    size_t word = strspn(at, "truefalsn");
    char *end = at + word;
    value->kind = JSON_WORD;
    if (!word) {
        value->kind = JSON_NUMBER;
        value->number = strtod(at, &end);
    }
    return end == at ? NULL : end;
}

/* The member under `key`; an empty word if there is none, so that look-ups can be chained. */
static const json *member(const json *object, const char *key)
{
    static const json none = {JSON_WORD, 0, NULL, NULL, 0, NULL, NULL};
    for (const json *child = object->first; child; child = child->next)
        if (child->key && strcmp(child->key, key) == 0) return child;
    return &none;
}

static bool is(const json *value, const char *text) { return value->text && strcmp(value->text, text) == 0; }

/* The next line without its newline, or NULL if there is none; it lives until the next `release`. */
static char *read_line(FILE *file)
{
    size_t room = 1 << 16, length = 0;
    char *line = take(room, 1);
    while (fgets(line + length, (int)(room - length), file)) {
        length += strlen(line + length);
        if (length && line[length - 1] == '\n') break;
        if (length + 1 == room) {
            char *longer = take(2 * room, 1);
            line = memcpy(longer, line, room);
            room *= 2;
        }
    }
    return length ? line : NULL;
}

#endif
