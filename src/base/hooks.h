/*
 * hooks.h
 *	  Who wants to know that a database, a table or a user mapping is being dropped.
 */
#ifndef TIDEHOLD_BASE_HOOKS_H
#define TIDEHOLD_BASE_HOOKS_H

/* Called before it is known that the drop will succeed; may raise an error to refuse. */
extern void th_hook_on_drop_database(void (*callback)(Oid database));

/* Called when the transaction has ended; must neither allocate nor raise an error. */
extern void th_hook_on_drop_database_end(void (*callback)(Oid database, bool dropped));

/*
 * Called for every relation before it is dropped, its indexes already gone; may raise
 * an error to refuse.
 */
extern void th_hook_on_drop_relation(void (*callback)(Oid relid));

/* Called for every user mapping, of whichever wrapper, before it is dropped. */
extern void th_hook_on_drop_user_mapping(void (*callback)(void));

extern void th_hooks_init(void);

#endif /* TIDEHOLD_BASE_HOOKS_H */
