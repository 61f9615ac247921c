"""Several machines on one database: some are killed under load, and nothing is lost.

Four gunicorn and three Celery workers, the relay and the scheduler, each a process group of its own
on this machine, with one PostgreSQL and one broker. Clients write notes and send referrals through
all of them as through a balancer: a machine that does not answer the door is passed over.
"""
