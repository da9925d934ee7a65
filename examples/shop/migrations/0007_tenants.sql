create role shop_app;

create table invoice (
    id bigint generated always as identity primary key,
    tenant_id bigint not null,
    total numeric(12, 2) not null,
    issued_on date not null
);
create index invoice_tenant on invoice (tenant_id);
alter table invoice enable row level security;
create policy invoice_of_tenant on invoice
    using (tenant_id = current_setting('app.tenant_id')::bigint);
grant select, insert on invoice to shop_app;

create view invoice_overview as
    select id, tenant_id, total from invoice;
grant select on invoice_overview to shop_app;

create view invoice_summary with (security_invoker = true) as
    select tenant_id, sum(total) as total from invoice group by tenant_id;
grant select on invoice_summary to shop_app;

create table payout (
    id bigint generated always as identity primary key,
    tenant_id bigint not null,
    amount numeric(12, 2) not null
);
create index payout_tenant on payout (tenant_id);
alter table payout enable row level security;
create policy payout_of_tenant on payout
    using (tenant_id = current_setting('app.tenant_id')::bigint);
grant select on payout to shop_app;

create view payout_overview as
    select id, tenant_id, amount from payout
    where tenant_id = current_setting('app.tenant_id')::bigint;
grant select on payout_overview to shop_app;
