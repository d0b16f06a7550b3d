create table if not exists sent (id bigserial primary key, node varchar(63) not null, token bigint not null);
