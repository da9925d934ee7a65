create table customer (
    id bigint generated always as identity primary key,
    email text not null unique,
    name text not null,
    created_at timestamptz not null default now()
);

create table member (
    id bigint generated always as identity primary key,
    email text not null unique,
    name text not null
);

create table password_reset (
    id bigint generated always as identity primary key,
    customer_id bigint not null references customer (id) on delete cascade,
    token text not null,
    expires_at timestamptz not null
);
create index password_reset_customer on password_reset (customer_id);

create table invitation (
    id bigint generated always as identity primary key,
    invited_by bigint not null references member (id) on delete cascade,
    token uuid not null unique
);
create index invitation_invited_by on invitation (invited_by);
